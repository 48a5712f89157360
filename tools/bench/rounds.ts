/** Something that is measured: it runs once and says how long it took. */
export type Contender = () => Promise<number>;

/** How long the runs of one contender took, in milliseconds. */
export interface Spread {
    readonly median: number;
    readonly min: number;
    readonly max: number;
}

/**
 * Runs contenders in turns, one round after the other, so that a machine that grows slower or faster does so for all of
 * them. The first round warms caches up and does not count.
 */
export async function alternate<Name extends string>(
    contenders: Readonly<Record<Name, Contender>>,
    rounds: number,
    onRound: (round: number, times: Readonly<Record<Name, number>>) => void,
    signal?: AbortSignal,
): Promise<Record<Name, number[]>> {
    const names = Object.keys(contenders) as Name[];
    const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
    for (let round = 0; round <= rounds; round++) {
        const latest = {} as Record<Name, number>;
        for (const name of names) {
            signal?.throwIfAborted();
            latest[name] = await contenders[name]();
            if (round > 0) {
                times[name].push(latest[name]);
            }
        }
        onRound(round, latest);
    }
    return times;
}

/** Median and extremes of at least one time. */
export function spreadOf(times: readonly number[]): Spread {
    const sorted = [...times].sort((a, b) => a - b);
    const at = (index: number) => sorted[index] ?? Number.NaN;
    const middle = (sorted.length - 1) / 2;
    return {
        median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
        min: at(0),
        max: at(sorted.length - 1),
    };
}
