export function extractFromZip(archive: string, suffix: string, target: string): Promise<void>;
