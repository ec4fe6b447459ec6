/** What something means for whoever looks; `tones.css` has the colour of each. */
export type Tone = 'good' | 'active' | 'waiting' | 'attention' | 'bad' | 'over';
