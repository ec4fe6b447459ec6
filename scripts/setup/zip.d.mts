export function extractFromZip(archive: string, suffix: string, target: string): Promise<void>;
export function namesInZip(archive: string): Promise<string[]>;
