/** GitHub takes no longer comment. */
export const MAX_COMMENT = 65_536;

/** What a preview said, for a pull request. */
export interface PreviewText {
    readonly stack: string;
    /** Exit code of the preview. */
    readonly code: number;
    readonly text: string;
    /** Page of the run, which has all of the text. @default no link */
    readonly runUrl?: string;
}

/**
 * A comment in Markdown. Its first line is the same for each preview of a stack, so that an older one can be found. Of a
 * text that is too long the middle is left out: what is to be changed stands at the start, counts and errors at the end.
 */
export function previewComment({ stack, code, text, runUrl }: PreviewText): string {
    const body = readable(text);
    // A fence is closed only by one as long as itself.
    const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    const head = [
        `<!-- berth preview ${stack} -->`,
        `### Preview of \`${stack}\`${code === 0 ? "" : " failed"}`,
        "",
        "<details><summary>What <code>up</code> would change</summary>",
        "",
        fence,
    ];
    const tail = [
        fence,
        "",
        "</details>",
        ...(runUrl === undefined ? [] : ["", `[The whole run](${runUrl})`]),
        "",
    ];
    const frame = [...head, ...tail].join("\n").length + 1;
    return [...head, shorten(body, MAX_COMMENT - frame), ...tail].join("\n");
}

/** Without colours, without carriage returns, without halves of characters. */
function readable(text: string): string {
    return (
        text
            // eslint-disable-next-line no-control-regex -- terminals' own codes are what is looked for
            .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
            .replace(/\r\n?/g, "\n")
            .replace(/\p{Surrogate}/gu, "\ufffd")
            .trim()
    );
}

function shorten(text: string, limit: number): string {
    if (text.length <= limit) {
        return text;
    }
    const gap = "\n\n… the middle is left out: the run's log has all of it …\n\n";
    const half = Math.floor((limit - gap.length) / 2);
    return readable(text.slice(0, half)) + gap + readable(text.slice(-half));
}

/** Variables whose values nobody may read. */
const SECRET_NAME = /(TOKEN|SECRET|PASSPHRASE|PASSWORD|KEY|TOKEN_ID|KEY_ID)$/i;

/** Shorter values are words of their own, which would be struck out everywhere. */
const SHORTEST_SECRET = 8;

/**
 * Strikes out the values of this process's secret variables. Pulumi hides what it knows to be secret; GitHub hides these
 * in its logs, and not in comments.
 */
export function strikeOut(text: string, env: NodeJS.ProcessEnv): string {
    const values = Object.entries(env)
        .filter(([name]) => SECRET_NAME.test(name))
        .map(([, value]) => value?.trim() ?? "")
        .filter((value) => value.length >= SHORTEST_SECRET)
        // One may be a part of another.
        .sort((a, b) => b.length - a.length);
    return values.reduce((shown, value) => shown.replaceAll(value, "[secret]"), text);
}
