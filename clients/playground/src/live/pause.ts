const FIRST = 500;
const LONGEST = 10_000;

/** Milliseconds before the next attempt: doubled with each that failed, and spread so that not all tabs come at once. */
export function pauseAfter(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(FIRST * 2 ** (failures - 1), LONGEST);
  return Math.round(longest * (0.5 + random() / 2));
}

/** Resolves after so many milliseconds, when the machine is online again, or when `signal` ends it. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      globalThis.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    globalThis.addEventListener?.("online", done);
    if (signal.aborted) done();
  });
}
