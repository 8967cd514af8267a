/** "1.5 MiB", "512 bytes". */
export function bytes(count: number): string {
  if (count >= 1024 * 1024) return `${+(count / 1024 / 1024).toFixed(1)} MiB`;
  if (count >= 1024) return `${+(count / 1024).toFixed(1)} KiB`;
  return `${count} bytes`;
}
