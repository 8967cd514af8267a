/** Addresses say nothing to anybody else, and something of the machine that they are from. */
export function withoutAddresses(text: string): string {
  return text.replaceAll(/\b(?:0x)?[0-9a-f]{12,16}\b/gi, "(an address)");
}
