/** Hides what is secret in a text that somebody will see. */
export type Mask = (text: string) => string;

const MASKED = "[secret]";

/** Anything shorter stands in every other word. Pulumi's own filter has the same bound, and spares the same words. */
const MIN_LENGTH = 3;
const TOO_PLAIN = /^(true|false)$/i;

/** Lines of a secret that are shorter stand elsewhere, too: `}`, `[server]`. */
const MIN_LINE_LENGTH = 8;

/** A mask for some secrets, in whichever form a program may print them. */
export function maskFor(secrets: Iterable<string>): Mask {
    const forms = [...new Set([...secrets].flatMap(formsOf))].filter(isTelling);
    return (text) => cover(text, mergedSpans(text, forms));
}

/** A secret as it is; as JSON and URLs hold it; the lines of one that has several; the passwords of URLs in it. */
function formsOf(secret: string): string[] {
    const lines = secret.split(/\r?\n/).map((line) => line.trim());
    const long = lines.length > 1 ? lines.filter((line) => line.length >= MIN_LINE_LENGTH) : [];
    return [secret, secret.trim(), ...long, ...passwordsIn(secret)].flatMap((form) => [
        form,
        JSON.stringify(form).slice(1, -1),
        // Half a surrogate pair can't be encoded; a buffer replaces it.
        encodeURIComponent(Buffer.from(form).toString()),
    ]);
}

/** Passwords of the URLs in a text, as they stand there and decoded. */
function passwordsIn(text: string): string[] {
    const found = [...text.matchAll(/:\/\/[^\s/?#:]*:([^\s/?#]*)@/g)].map(([, password = ""]) => password);
    return found.flatMap((password) => [password, decoded(password)]);
}

function decoded(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

function isTelling(form: string): boolean {
    return form.length >= MIN_LENGTH && !TOO_PLAIN.test(form);
}

type Span = readonly [start: number, end: number];

/** Where any of the forms stands. Those that overlap are one: no end of a longer one is left behind a shorter one. */
function mergedSpans(text: string, forms: readonly string[]): Span[] {
    const merged: [start: number, end: number][] = [];
    for (const [start, end] of forms.flatMap((form) => spansOf(text, form)).sort(([a], [b]) => a - b)) {
        const last = merged.at(-1);
        if (last !== undefined && start < last[1]) {
            last[1] = Math.max(last[1], end);
        } else {
            merged.push([start, end]);
        }
    }
    return merged;
}

function spansOf(text: string, form: string): Span[] {
    const spans: Span[] = [];
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
        spans.push([at, at + form.length]);
    }
    return spans;
}

function cover(text: string, spans: readonly Span[]): string {
    let covered = "";
    let done = 0;
    for (const [start, end] of spans) {
        covered += text.slice(done, start) + MASKED;
        done = end;
    }
    return covered + text.slice(done);
}
