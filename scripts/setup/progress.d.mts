export function say(text: string): void;
export function downloadProgress(): (name: string, done: number, total?: number) => void;
export function waiting(what: string): (result?: string) => void;
