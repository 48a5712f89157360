import { Problem } from "../../lib/problems";
import { AppName } from "../release/stackFile";

/** As much of a system as names take. */
export interface NamedSystem {
    readonly name: string;
    readonly apps: Readonly<Record<string, unknown>>;
}

/**
 * The app that a user names: `<system>-<app>`, as its containers are called, or the two as words. Names of systems hold
 * hyphens, so the words are looked up and never taken apart.
 */
export function findApp(
    words: readonly string[],
    systems: readonly NamedSystem[],
): { app?: AppName; problems: Problem[] } {
    const all = systems.flatMap(({ name, apps }) =>
        Object.keys(apps).map((app): AppName => ({ system: name, app })),
    );
    const matching = all.filter(({ system, app }) =>
        words.length === 1 ? words[0] === nameOf({ system, app }) : isSame(words, [system, app]),
    );
    const [app] = matching;
    if (app !== undefined && matching.length === 1) {
        return { app, problems: [] };
    }
    const known = all.map(nameOf).join(", ");
    const message =
        matching.length > 1
            ? `"${words.join(" ")}" may be ${matching.map(({ system, app: each }) => `${system} ${each}`).join(" or ")}: name system and app as two words`
            : words.length === 0
              ? `is missing: one of ${known}`
              : `"${words.join(" ")}" is unknown: one of ${known}`;
    return { problems: [{ path: "APP", message }] };
}

/** As containers, and what the state has of an app, are named. */
export function nameOf({ system, app }: AppName): string {
    return `${system}-${app}`;
}

function isSame(words: readonly string[], names: readonly string[]): boolean {
    return words.length === names.length && words.every((word, index) => word === names[index]);
}
