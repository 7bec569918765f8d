/** The first Ctrl-C ends what goes on, with what there is; the second ends the process. */
export function onInterrupt(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    signal: controller.signal,
    end() {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
