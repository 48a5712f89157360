import { BuiltProgram, ensureProgram, GoProgram } from "../../tools/setup/goPrograms";

const PEBBLE: GoProgram = {
    id: "pebble",
    title: "Pebble",
    subject: "Pebble, which issues a rehearsal's certificates,",
    folder: "rehearsal/acme/pebble",
    goModule: "github.com/letsencrypt/pebble/v2",
    goPackage: "github.com/letsencrypt/pebble/v2/cmd/pebble",
    versionSymbol: "main.version",
    program: "pebble",
    needsMb: 300,
};

/** Pebble's program, built where that has not been done yet. It takes Go. */
export async function ensurePebble(
    signal: AbortSignal = new AbortController().signal,
    say: (line: string) => void = () => undefined,
): Promise<BuiltProgram> {
    return await ensureProgram(PEBBLE, signal, say);
}
