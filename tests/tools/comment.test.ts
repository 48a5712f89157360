import fc from "fast-check";
import { MAX_COMMENT, previewComment, strikeOut } from "../../tools/preview/comment";

const mark = "<!-- berth preview prod -->";

test("a comment starts with its stack's mark, and shows the text as it is", () => {
    const text = "\u001b[1mResources:\u001b[0m\r\n    + 3 to create\n";
    expect(previewComment({ stack: "prod", code: 0, text, runUrl: "https://git.example/runs/1" })).toBe(
        `${mark}
### Preview of \`prod\`

<details><summary>What <code>up</code> would change</summary>

\`\`\`
Resources:
    + 3 to create
\`\`\`

</details>

[The whole run](https://git.example/runs/1)
`,
    );
});

test("a preview that failed is called so", () => {
    expect(previewComment({ stack: "prod", code: 255, text: "" })).toContain(
        "\n### Preview of `prod` failed\n",
    );
});

test("what is too long loses its middle", () => {
    const text = `first\n${"x".repeat(2 * MAX_COMMENT)}\nlast`;
    const comment = previewComment({ stack: "prod", code: 0, text });
    expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
    expect(comment.length).toBeGreaterThan(MAX_COMMENT - 10);
    expect(comment).toMatch(/```\nfirst\nx+\n\n… the middle is left out: .+ …\n\nx+\nlast\n```/);
});

test("whatever the text is: it fits, is well formed, and never ends its own fence", () => {
    const piece = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("```", "`````", "\ud83d\ude80", "\ud83d", "\r\n", "</details>", "\u001b[31m"),
        fc.integer({ min: 1, max: MAX_COMMENT }).map((length) => "\ud83d\ude80".repeat(length)),
        fc.integer({ min: 1, max: 1000 }).map((length) => "`".repeat(length)),
    );
    fc.assert(
        fc.property(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 0, max: 1 }), (pieces, code) => {
            const comment = previewComment({ stack: "prod", code, text: pieces.join("") });
            expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
            expect(comment).not.toMatch(/\p{Surrogate}/u);
            const lines = comment.split("\n");
            expect(lines[0]).toBe(mark);
            const fence = lines.find((line) => line.startsWith("```")) ?? "";
            expect(lines.filter((line) => line.startsWith(fence))).toHaveLength(2);
            expect(lines.slice(-4)).toEqual([fence, "", "</details>", ""]);
        }),
        { numRuns: 200 },
    );
});

test("values of secret variables are struck out, wherever they stand", () => {
    const env = {
        HCLOUD_TOKEN: "hunter2hunter2",
        LONGER_SECRET: "hunter2hunter2-and-more",
        PULUMI_CONFIG_PASSPHRASE: " correct horse \n",
        AWS_ACCESS_KEY_ID: "AKIA12345678",
        TUNNEL_SERVICE_TOKEN_ID: "abcdefgh.access",
        SHORT_TOKEN: "prod",
        EMPTY_TOKEN: "",
        HOME: "/home/somebody",
    };
    const text =
        "a hunter2hunter2 b hunter2hunter2-and-more c correct horse d AKIA12345678 e abcdefgh.access in prod of /home/somebody, hunter2hunter2";
    expect(strikeOut(text, env)).toBe(
        "a [secret] b [secret] c [secret] d [secret] e [secret] in prod of /home/somebody, [secret]",
    );
});
