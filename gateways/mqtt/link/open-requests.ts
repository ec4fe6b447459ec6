import type { Account } from '../../../core/accounts';

/** Counts what a device has asked for and not been answered yet. Null: that is too much already; else it is open until `close` is called. */
export function createOpenRequests(maximum: number): (device: Account) => { close(): void } | null {
  const open = new WeakMap<Account, number>();
  return (device) => {
    const count = open.get(device) ?? 0;
    if (count >= maximum) return null;
    open.set(device, count + 1);
    let isOpen = true;
    return {
      close() {
        if (isOpen) open.set(device, (open.get(device) ?? 1) - 1);
        isOpen = false;
      },
    };
  };
}
