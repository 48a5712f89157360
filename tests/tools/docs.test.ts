import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { generated, stalePages } from "../../tools/commands/docs";
import { splitChange } from "../../tools/docs/comments";
import { anchorOf, kebab } from "../../tools/docs/markdown";
import { PAGES } from "../../tools/docs/page";
import { allPages } from "../../tools/docs/pages";
import { PROVIDER_PAGES } from "../../tools/docs/providerPage";
import { flyPackage } from "../../providers/fly/schema";
import { projectRoot } from "../../tools/setup/paths";

const all = generated();
const pagesIn = (folder: string) =>
    all.find((each) => each.folder === folder)?.pages ?? new Map<string, string>();

describe.each(all)("the pages in $folder", ({ folder, pages }) => {
    it("are those that are checked in: `npm run docs` writes them", () => {
        expect(stalePages({ folder, pages })).toEqual([]);
        expect(pages.size).toBeGreaterThan(0);
    });

    it("have links that lead somewhere, each to a heading that is there", () => {
        const broken = [...pages].flatMap(([file, page]) =>
            linksOf(page)
                .filter((link) => !leadsSomewhere(folder, pages, file, link))
                .map((link) => `${file}: ${link}`),
        );
        expect(broken).toEqual([]);
    });
});

describe("pages in a folder", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-pages-"));
    afterAll(() => {
        fs.rmSync(folder, { recursive: true });
    });

    it("are stale when one is not what it was, is missing, or has nothing to tell of", () => {
        fs.writeFileSync(path.join(folder, "a.md"), "A");
        fs.writeFileSync(path.join(folder, "b.md"), "B");
        const stale = (pages: Record<string, string>) =>
            stalePages({ folder, pages: new Map(Object.entries(pages)) });
        expect(stale({ "a.md": "A", "b.md": "B" })).toEqual([]);
        expect(stale({ "a.md": "A ", "b.md": "B" })).toEqual(["a.md"]);
        expect(stale({ "a.md": "A", "b.md": "B", "c.md": "" })).toEqual(["c.md"]);
        expect(stale({ "b.md": "B" })).toEqual(["a.md"]);
        expect(stalePages({ folder: path.join(folder, "none"), pages: new Map([["a.md", "A"]]) })).toEqual([
            "a.md",
        ]);
    });
});

describe("the pages of the components", () => {
    const pages = pagesIn(PAGES);

    it("are all in the index", () => {
        const others = [...pages.keys()].filter((file) => file !== "README.md");
        expect(linksOf(pages.get("README.md") ?? "")).toEqual(expect.arrayContaining(others));
        expect(others.length).toBeGreaterThan(0);
    });

    it("each say what theirs is, show an example, and name what it takes", () => {
        for (const [file, page] of pages) {
            const [title, summary] = page.split("\n\n");
            expect(`${file} ${title ?? ""}`).toMatch(/^\S+ # \w+/);
            expect(`${file} ${summary ?? ""}`).toMatch(/^\S+ \w.*\.$/s);
            expect(file === "README.md" || page.includes("## Example\n\n```ts\nimport ")).toBe(true);
        }
    });
});

describe("the page of the provider fly", () => {
    const page = pagesIn(PROVIDER_PAGES).get("fly.md") ?? "";

    it("tells of every resource: what it is, by an example, its inputs and outputs, and its import", () => {
        const sections = page.split(/^## /m).slice(1);
        for (const { token, description, inputs, outputs } of flyPackage.resources) {
            const name = token.split(":")[2] ?? "";
            const section = sections.find((each) => each.startsWith(`${name}\n`)) ?? "";
            expect(section).toContain(`\n\n${description}\n\n\`\`\`ts\nimport `);
            for (const field of Object.keys({ ...inputs, ...outputs })) {
                expect(section).toContain(`\n| \`${field}\` | `);
            }
            expect(section).toContain(`npx pulumi import ${token} `);
        }
    });
});

function linksOf(page: string): string[] {
    return [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "");
}

function leadsSomewhere(
    folder: string,
    pages: ReadonlyMap<string, string>,
    from: string,
    link: string,
): boolean {
    const [file = "", heading] = link.split("#");
    const target = file === "" ? from : file;
    const page = pages.get(target);
    if (heading === undefined) {
        return page !== undefined || fs.existsSync(path.join(projectRoot, folder, target));
    }
    const headings = [...(page ?? "").matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchorOf(text ?? ""));
    return headings.includes(`#${heading}`);
}

describe("what a comment says of changes", () => {
    it("is told apart from what a value means", () => {
        expect(splitChange("Port of the host.\nA change replaces the container.")).toEqual({
            text: "Port of the host.",
            change: "A change replaces the container.",
        });
        expect(splitChange("Values may be secret and stay secret; a change is a release.")).toEqual({
            text: "Values may be secret and stay secret.",
            change: "A change is a release.",
        });
        expect(splitChange("Id of the container. A new one is waited for anew.").change).toBe(
            "A new one is waited for anew.",
        );
    });

    it("may be nothing", () => {
        expect(splitChange("Any text that changes when the sources do; `a.b` too.")).toEqual({
            text: "Any text that changes when the sources do; `a.b` too.",
            change: undefined,
        });
        expect(splitChange("")).toEqual({ text: "", change: undefined });
    });

    it("leaves paragraphs apart", () => {
        expect(splitChange("One\nline.\n\nAnother. A change does harm.")).toEqual({
            text: "One line.\n\nAnother.",
            change: "A change does harm.",
        });
    });
});

describe("names", () => {
    it("of files and anchors are those that a reader expects", () => {
        expect(["App", "HetznerVps", "DnsRecords"].map(kebab)).toEqual(["app", "hetzner-vps", "dns-records"]);
        expect(anchorOf("Resources of the provider `berth`")).toBe("#resources-of-the-provider-berth");
    });
});

describe("a page", () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "berth-docs-"));
    afterAll(() => {
        fs.rmSync(root, { recursive: true });
    });
    const write = (file: string, text: string) => {
        fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        fs.writeFileSync(path.join(root, file), text);
    };

    beforeAll(() => {
        for (const folder of [
            "components/fly",
            "components/hetzner",
            "components/cloudflare",
            "providers/sdk",
        ]) {
            fs.mkdirSync(path.join(root, folder), { recursive: true });
        }
        write("components/platform.ts", PLATFORM);
        write("components/docker/choices.ts", CHOICES);
        write("components/docker/bell.ts", BELL);
    });

    it("is asked for an example", () => {
        expect(() => allPages(root)).toThrow("Without an example: docs/examples/bell.ts.");
    });

    it("has the summary, who makes it, the example, tables of what it takes and gives, and its types", () => {
        write("docs/examples/bell.ts", 'import { x } from "y";\nx("bell");\n');
        const pages = allPages(root);
        expect([...pages.keys()]).toEqual(["README.md", "bell.md"]);
        expect(pages.get("bell.md")).toBe(BELL_PAGE);
        expect(pages.get("README.md")).toContain("| [Bell](bell.md) | A bell that rings. |");
    });
});

const PLATFORM = `
import { BellArgs } from "./docker/bell";
/** A place. */
export interface Place {
    /** Hangs a bell. */
    bell(name: string, args: BellArgs): Ringing;
}
/** A bell that hangs. */
export interface Ringing {
    /** How loud it is, in dB. */
    readonly loudness: pulumi.Output<number>;
    /** Rings. */
    ring(times: number): Sound[];
}
/** What is heard. */
export interface Sound {
    readonly pitch: "high" | "low";
}
`;

const CHOICES = `
export const METALS = ["brass", ...(["iron", "tin"] as const), "gold"] as const;
/** What bells are made of. */
export type Metal = (typeof METALS)[number];
export const TONES = { c: 1, d: 2 } as const;
export type Tone = keyof typeof TONES;
`;

const BELL = `
import * as pulumi from "@pulumi/pulumi";
import { Ringing, Sound } from "../platform";
import type { Metal, Tone } from "./choices";

interface Sized {
    /** Width in mm. */
    widthMm: number;
}

/** What a bell is. */
export interface BellArgs extends Sized {
    /** What it is cast from. A change casts a new one. @default "brass" */
    metal?: Metal;
    tone: Tone;
    /** Words on it, one a line. */
    words?: pulumi.Input<string>[];
}

/** A bell that rings. It hangs in a tower. */
export class Bell extends pulumi.ComponentResource implements Ringing {
    readonly loudness: pulumi.Output<number>;
    /** Where it hangs, if it does. */
    readonly tower: string | undefined;
    private readonly secret = 1;

    constructor(name: string, args: BellArgs, opts?: pulumi.ComponentResourceOptions) {
        super("x", name, {}, opts);
    }

    ring(times: number): Sound[] {
        return this.strike(times);
    }

    private strike(times: number): Sound[] {
        return [];
    }
}

class Hidden extends pulumi.ComponentResource {}
export class NoResource {}
`;

const BELL_PAGE = `# Bell

A bell that rings. It hangs in a tower.

Declared in [components/docker/bell.ts](../../components/docker/bell.ts). A system's place on a platform makes one:

\`\`\`ts
bell(name: string, args: BellArgs): Ringing
\`\`\`

## Example

\`\`\`ts
import { x } from "y";
x("bell");
\`\`\`

The tests compile and run it: [docs/examples/bell.ts](../examples/bell.ts).

## Arguments

What a bell is.

| name | type | default | meaning | when it changes |
| --- | --- | --- | --- | --- |
| \`widthMm\` | \`number\` | (required) | Width in mm. |  |
| \`metal\` | [\`Metal\`](#metal) | "brass" | What it is cast from. | A change casts a new one. |
| \`tone\` | \`"c" \\| "d"\` | (required) |  |  |
| \`words\` | \`pulumi.Input<string>[]\` | none | Words on it, one a line. |  |

## Outputs

| name | type | meaning |
| --- | --- | --- |
| \`loudness\` | \`pulumi.Output<number>\` | How loud it is, in dB. |
| \`tower\` | \`string \\| undefined\` | Where it hangs, if it does. |

| method | meaning |
| --- | --- |
| [\`ring(times: number): Sound[]\`](#sound) | Rings. |

## Types

### Metal

What bells are made of.

\`"brass"\`, \`"iron"\`, \`"tin"\`, \`"gold"\`

### Sound

What is heard.

| name | type | meaning |
| --- | --- | --- |
| \`pitch\` | \`"high" \\| "low"\` |  |
`;
