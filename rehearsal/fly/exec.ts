import { failure } from "./apiError";
import { Answer, Call, liveMachineOf, ok } from "./simulation";

/** Seconds that a command may take whose caller named no limit. */
const TIMEOUT_SECONDS = 30;

/** Runs a command in a machine: `cmd`, a line that is split into words, or `command`, the words. */
export async function execIn(call: Call): Promise<Answer> {
    const machine = liveMachineOf(call);
    const { body, sim } = call;
    const command = wordsOf(body);
    if (command.length === 0) {
        throw failure("invalid_argument", "cmd is required");
    }
    if (machine.state !== "started") {
        throw failure("failed_precondition", `machine is ${machine.state}, not started`);
    }
    const stdin = typeof body.stdin === "string" ? body.stdin : "";
    const seconds = typeof body.timeout === "number" && body.timeout > 0 ? body.timeout : TIMEOUT_SECONDS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        const error = failure("deadline_exceeded", `command took more than ${seconds} s`);
        timer = setTimeout(() => reject(error), seconds * 1000);
    });
    const running = sim.runtime.exec(machine.id, command, stdin);
    // The engine has no way to end it; what it says after its time is over is nobody's business any more.
    running.catch(() => undefined);
    try {
        const { exitCode, stdout, stderr } = await Promise.race([running, late]);
        return ok({ exit_code: exitCode, exit_signal: 0, stdout, stderr });
    } finally {
        clearTimeout(timer);
    }
}

function wordsOf({ cmd, command }: Readonly<Record<string, unknown>>): string[] {
    if (Array.isArray(command)) {
        return command.map(String);
    }
    return typeof cmd === "string" ? split(cmd) : [];
}

/** Splits a line as a shell does: at blanks, but not within quotes, which are taken away. */
export function split(line: string): string[] {
    const words = line.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+/g) ?? [];
    return words.map((word) =>
        word.replace(
            /\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'/g,
            (_, escaped?: string, double?: string, single?: string) =>
                escaped ?? double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? "",
        ),
    );
}
