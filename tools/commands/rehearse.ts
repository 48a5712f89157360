import { ACTS } from "../../rehearsal/day/acts";
import { gone } from "../../rehearsal/day/gone";
import { rehearse } from "../../rehearsal/rehearse";
import { parse } from "../arguments";
import { handingBack } from "../handBack";
import { SetupError } from "../setup/errors";

const list = ACTS.map(({ name, title }) => `  ${name.padEnd(16)}${title}`).join("\n");

const help = `npm run rehearse: production from zero on this machine, and a day in its life. Brings the whole stack up with the real
Pulumi engine against simulated clouds, where a server is a real Debian machine in a container. No cloud account is asked
for or touched. Writes report/rehearsal.html, .md and .json. Takes Linux, root and a Docker engine.

  -- --stack <stack>   the stack whose settings are rehearsed (default: prod; or -s)
  -- --act <name,…>    these acts only, after the first one
  -- --keep            leaves everything as it is afterwards, until Ctrl-C

${list}

Exits with 1 when an act fails.`;

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Rehearses a stack. Whoever ends it half-way gets a clean machine back, too. */
export async function run(args: string[]): Promise<number> {
    const { flags, values } = parse(args, help, { flags: ["--keep"], values: ["--stack", "-s", "--act"] });
    const acts = namesOf(values.get("--act"));
    const keep = flags.has("--keep");
    if (keep && acts.includes(gone.name)) {
        throw new SetupError(
            `After the act ${gone.name} there is nothing to keep.`,
            `Leave it or --keep away.`,
        );
    }
    const ended = new AbortController();
    const end = () => {
        say("\n  … taking everything down");
        ended.abort(new SetupError("Ended before its time.", "Run it again for a whole day."));
    };
    SIGNALS.forEach((signal) => process.on(signal, end));
    // A terminal that is gone hears no more; what it was told of has to end all the same.
    process.stderr.on("error", () => undefined);
    try {
        const ok = await handingBack(() =>
            rehearse({
                stack: values.get("--stack") ?? values.get("-s") ?? "prod",
                acts,
                keep,
                say,
                signal: ended.signal,
            }),
        );
        return ok ? 0 : 1;
    } finally {
        SIGNALS.forEach((signal) => process.off(signal, end));
    }
}

const CHOICE = `One of ${ACTS.map(({ name }) => name).join(", ")}.`;

function namesOf(value: string | undefined): string[] {
    if (value === undefined) {
        return [];
    }
    const names = value.split(",").filter((name) => name !== "");
    if (names.length === 0) {
        // None would mean the whole day.
        throw new SetupError("--act names no act.", CHOICE);
    }
    const unknown = names.filter((name) => !ACTS.some((act) => act.name === name));
    if (unknown.length > 0) {
        throw new SetupError(`There is no act ${unknown.join(", ")}.`, CHOICE);
    }
    return names;
}

function say(text: string): void {
    process.stderr.write(`${text}\n`);
}
