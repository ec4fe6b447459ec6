/** Object 4, connectivity (LwM2M 1.2 core, E.5), as far as it was read; null: not there, or unreadable. RSRP in dBm, SINR in dB. */
export interface SignalSeen {
  bearer: number | null;
  rsrp: number | null;
  sinr: number | null;
  cellId: number | null;
  mnc: number | null;
  mcc: number | null;
}
