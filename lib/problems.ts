/** One thing that is wrong with what the user gave, and the way out. */
export interface Problem {
    /** Where the value stands: `args.replicas`, `partyquiz:nextauthSecret`. */
    readonly path: string;
    /** What is wrong, with the value got (unless it is secret) and what is allowed. */
    readonly message: string;
    /** What to do about it; a command where there is one. */
    readonly fix?: string;
}

/** Everything that is wrong, reported at once and before anything is touched. */
export class InvalidInput extends Error {
    override readonly name = "InvalidInput";
    /** What Pulumi's own `RunError` is known by: it prints the message, and nothing of where the check stands. */
    readonly __pulumiRunError = true;

    constructor(subject: string, problems: readonly Problem[]) {
        super(
            [`${subject}: ${count(problems.length)}, nothing was touched.`, ...problems.map(describe)].join(
                "\n",
            ),
        );
        this.stack = this.message;
    }
}

/** Throws `InvalidInput` when there is any problem. */
export function refuse(subject: string, problems: readonly Problem[]): void {
    if (problems.length > 0) {
        throw new InvalidInput(subject, problems);
    }
}

function count(problems: number): string {
    return problems === 1 ? "1 problem" : `${problems} problems`;
}

function describe(problem: Problem): string {
    const line = `  ${problem.path}: ${problem.message}`;
    return problem.fix === undefined ? line : `${line}\n      ${problem.fix}`;
}

/** Checks a value that has to be one of a few. */
export function checkOneOf(path: string, value: string, choices: readonly string[]): Problem[] {
    return choices.includes(value)
        ? []
        : [{ path, message: `"${value}" is unknown: one of ${choices.join(", ")}` }];
}
