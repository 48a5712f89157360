import { Outcome } from "./client";

/** Counts outcomes, and sees when a version answers for the first time. */
export class Tally {
    requests = 0;
    private readonly kinds = new Map<string, number>();
    private readonly versions = new Set<string>();

    constructor(private readonly onVersion: (version: string) => void) {}

    add({ lost, version }: Outcome): void {
        if (lost !== undefined) {
            this.kinds.set(lost, (this.kinds.get(lost) ?? 0) + 1);
        } else if (version !== undefined && !this.versions.has(version)) {
            this.versions.add(version);
            this.onVersion(version);
        }
    }

    get lost(): number {
        return [...this.kinds.values()].reduce((sum, count) => sum + count, 0);
    }

    /** By kind, the most frequent first. */
    get lostBy(): Record<string, number> {
        return Object.fromEntries([...this.kinds].sort(([, a], [, b]) => b - a));
    }
}
