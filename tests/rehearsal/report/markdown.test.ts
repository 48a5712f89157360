import fc from "fast-check";
import { markdown } from "../../../rehearsal/report/markdown";
import { MAX_COMMENT } from "../../../tools/preview/comment";
import { act, anyDay, day } from "../../support/dayReport";

test("a line for each act, what failed open below it, the rest folded", () => {
    const acts = [
        act("zero", {
            title: "From nothing to serving",
            ms: 192_000,
            figures: { resources: 62 },
            steps: [
                { text: "the server has booted", ok: true, ms: 12_300 },
                { text: "14 URLs | answer", ok: true },
            ],
        }),
        act("release", {
            title: "A release <loses> nothing",
            ok: false,
            ms: 62_000,
            figures: { requests: 100, lost: 1 },
            steps: [{ text: "nothing is lost", ok: false }],
            error: "GET /\n```\n502",
        }),
        act("gone", { title: "Nothing is left", ok: undefined }),
    ];
    expect(markdown(day({ acts, servingMs: 192_000 }))).toBe(`<!-- berth rehearsal test -->
### ✗ Rehearsal of test: 1 of 2 acts went well, 1 of 100 requests lost

Serving after 3 min 12 s · The whole day 2 min 5 s · 2 cores, 7.8 GiB, Linux 6.1

|     | act | time | figures |
| :-: | --- | ---: | --- |
| ✓ | From nothing to serving (zero) | 3 min 12 s | 62 resources |
| ✗ | A release &lt;loses&gt; nothing (release) | 1 min 2 s | 100 requests, 1 lost |
| – | Nothing is left (gone) | not run |  |

<details open><summary>✗ A release &lt;loses&gt; nothing</summary>

- ✗ nothing is lost

\`\`\`\`
GET /
\`\`\`
502
\`\`\`\`

</details>

<details><summary>What was seen</summary>

**From nothing to serving**

- ✓ the server has booted (12 s)
- ✓ 14 URLs \\| answer

</details>
`);
});

test("a day that was too long to tell keeps what failed, then the table", () => {
    const steps = Array.from({ length: 400 }, (_, index) => ({
        text: `${index} ${"x".repeat(280)}`,
        ok: true,
    }));
    const long = act("long", { steps });
    const failed = act("failed", { ok: false, error: "the reason" });
    const less = markdown(day({ acts: [long, failed] }));
    expect(less).toContain("| ✓ | Act long (long) |");
    expect(less).toContain("the reason");
    expect(less).not.toContain("xxx");
    const least = markdown(day({ acts: [{ ...long, ok: false }, failed] }));
    expect(least).toContain("| ✗ | Act failed (failed) |");
    expect(least).not.toContain("<details");
});

test("of a long error the end is shown", () => {
    const error = `first\n${"x\n".repeat(5000)}last`;
    const text = markdown(day({ acts: [act("a", { ok: false, error })] }));
    expect(text).not.toContain("first");
    expect(text).toMatch(/```\n…\nx\n[x\n]+last\n```/);
});

test("whatever the day was: it fits, its first line is one comment, each act is one row, each fold is closed", () => {
    fc.assert(
        fc.property(anyDay, (report) => {
            const text = markdown(report);
            expect(text.length).toBeLessThanOrEqual(MAX_COMMENT);
            expect(text).not.toMatch(/\p{Surrogate}/u);
            const lines = text.split("\n");
            expect(lines[0]).toMatch(/^<!-- berth rehearsal (?:(?!-->|<!--).)* -->$/u);
            // Outside of fences, where the rest is text.
            const outside = text.replace(/^(`{3,})\n[^]*?\n\1$/gm, "").split("\n");
            expect(outside.filter((each) => /^\| [✓✗–] \|/.test(each))).toHaveLength(report.acts.length);
            const opened = outside.filter((each) => each.startsWith("<details")).length;
            expect(outside.filter((each) => each === "</details>")).toHaveLength(opened);
            expect(outside.join("\n")).not.toContain("<script");
        }),
        { numRuns: 200 },
    );
});
