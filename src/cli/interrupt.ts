/** A signal that ^C raises, until `restore`. A second ^C ends the process at once. */
export function interruptSignal(): { signal: AbortSignal; restore: () => void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  const restore = (): void => {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  };
  return { signal: controller.signal, restore };
}
