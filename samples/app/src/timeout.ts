/** The result of `work`, or an error when it takes longer than `limitMs`. The work itself goes on. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
            reject(new Error(`no answer within ${limitMs} ms`));
        }, limitMs);
    });
    try {
        return await Promise.race([work, limit]);
    } finally {
        clearTimeout(timer);
    }
}

/** Waits, or ends early when the signal says so. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", done);
            resolve();
        };
        const timer = setTimeout(done, ms);
        if (signal?.aborted) {
            done();
        }
        signal?.addEventListener("abort", done);
    });
}
