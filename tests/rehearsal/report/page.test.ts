import fc from "fast-check";
import { page } from "../../../rehearsal/report/page/page";
import { tickStep } from "../../../rehearsal/report/page/timeline";
import { act, anyDay, day, system } from "../../support/dayReport";

const acts = [
    act("zero", {
        title: "From nothing to serving",
        ms: 180_000,
        figures: { resources: 62, URLs: 14 },
        steps: [{ text: "all answer", ok: true, ms: 1200 }],
    }),
    act("drift", {
        title: 'A "change" & <its> repair',
        ok: false,
        ms: 60_000,
        figures: { requests: 2000, lost: 3 },
        steps: [{ text: "<b>found</b>", ok: false }],
        error: "\u001b[31mnot <repaired>\u001b[0m\n  at dns",
    }),
    act("gone", { title: "Nothing is left", ok: undefined, ms: 0 }),
];
const report = day({
    stack: "prod",
    commit: "0123abc",
    ms: 300_000,
    servingMs: 172_000,
    acts,
    systems: [system("shop"), system("blog", { platform: "fly" })],
});
const shown = page(report);

/** The text of every element of a class, without its markup. */
function texts(name: string): string[] {
    const found = [...shown.matchAll(new RegExp(`<(\\w+) class="${name}"[^>]*>(.*?)</\\1>`, "g"))];
    return found.map(([, , inner = ""]) => inner.replace(/<[^>]*>/g, "").replaceAll("\u00a0", " "));
}

describe("the page of a day", () => {
    it("says first what became of it", () => {
        expect(texts("lead")).toEqual([
            "✗ Failed: A &quot;change&quot; &amp; &lt;its&gt; repair. The whole stack, from nothing, rehearsed on one machine.",
        ]);
        const tiles = [...shown.matchAll(/<dt>(.*?)<\/dt><dd class="(.*?)">(.*?)<\/dd>/g)];
        expect(tiles.map(([, label, mood, value]) => [value, label, mood])).toEqual([
            ["1 of 2", "acts went well", "bad"],
            ["3", "of 2,000 requests lost", "bad"],
            ["2 min 52 s", "from nothing to serving", ""],
            ["5 min", "the whole day", ""],
        ]);
    });

    it("has each act once, with its tick, its time, its figures and where it lies in the day", () => {
        const rows = [...shown.matchAll(/<li id="act-(\d+)" data-act="(.*?)"><details( open)?>/g)];
        expect(rows.map(([, number, name, open]) => [number, name, open])).toEqual([
            ["1", "zero", undefined],
            ["2", "drift", " open"],
            ["3", "gone", undefined],
        ]);
        expect(
            [...shown.matchAll(/<span class="mark (.*?)">(.)<\/span>/g)].map((each) => each.slice(1)),
        ).toEqual([
            ["good", "✓"],
            ["bad", "✗"],
            ["none", "–"],
        ]);
        expect(texts("time")).toEqual(["3 min", "1 min", "not run"]);
        expect(texts("figures")).toEqual(["62 resources · 14 URLs", "2,000 requests · 3 lost", ""]);
        expect(
            [...shown.matchAll(/<div class="bar (.*?)" style="(.*?)">/g)].map((each) => each.slice(1)),
        ).toEqual([
            ["good", "left:0%;width:75%"],
            ["bad", "left:75%;width:25%"],
        ]);
    });

    it("has ticks below the whole length", () => {
        const ticks = [...shown.matchAll(/<span style="left:([\d.]+)%">(.*?)<\/span>/g)];
        expect(ticks.map(([, at, label]) => [Number(at), label])).toEqual([
            [0, "0"],
            [12.5, "30 s"],
            [25, "1 min"],
            [37.5, "1 min 30 s"],
            [50, "2 min"],
            [62.5, "2 min 30 s"],
            [75, "3 min"],
            [87.5, "3 min 30 s"],
            [100, "4 min"],
        ]);
        expect(shown).toContain('style="--step:12.5%"');
    });

    it("shows what was seen and what went wrong, as text", () => {
        expect(shown).toContain('<span>all answer</span> <span class="took">1.2 s</span>');
        expect(shown).toContain("<span>&lt;b&gt;found&lt;/b&gt;</span>");
        expect(shown).toContain("<pre>not &lt;repaired&gt;\n  at dns</pre>");
    });

    it("tells when, of what and where it was made", () => {
        expect(shown).toContain(
            "<footer>Started 2026-01-02 03:04 UTC · commit 0123abc · 2 cores, 7.8 GiB, Linux 6.1 · made by npm run rehearse</footer>",
        );
        expect(page(day({ startedAt: "some time" }))).toContain("<footer>Started some time · 2 cores");
    });

    it("names the acts about the whole stack below the picture, the others in it", () => {
        expect(shown).toMatch(
            /<figcaption>.*<span class="number good">1<\/span><span class="number none">3<\/span>/,
        );
        expect([...shown.matchAll(/<circle class="badge (\w+)"/g)].map(([, mood]) => mood)).toEqual([
            "broken",
            "broken",
        ]);
    });

    it("has no picture without systems, and says of a good day that it was one", () => {
        const good = page(day());
        expect(good).not.toContain("<svg");
        expect(good).toContain('<b class="good">✓ All went well.</b>');
        expect(page(day({ acts: [] }))).toContain('<b class="bad">✗ No act was played.</b>');
        const lossy = act("a", { figures: { requests: 9, lost: 1 } });
        expect(page(day({ acts: [lossy] }))).toContain('<b class="bad">✗ Requests were lost.</b>');
    });
});

test("whatever the day was: a page is well formed, has each act once, and asks for nothing from anywhere", () => {
    fc.assert(
        fc.property(anyDay, (any) => {
            const text = page(any);
            expect(unbalanced(text)).toEqual([]);
            expect(text).not.toMatch(/\p{Surrogate}/u);
            expect(text).not.toContain("\u001b");
            expect([...text.matchAll(/<li id="act-/g)]).toHaveLength(any.acts.length);
            const style = [...text.matchAll(/<style>([^]*?)<\/style>/g)];
            expect(style).toHaveLength(1);
            expect(style[0]?.[1]).not.toMatch(/url\(|@import/);
            const names = new Set([...text.matchAll(/<(\w+)/g)].map(([, name]) => name));
            expect(
                ["script", "link", "img", "iframe", "a", "b>found", "object"].filter((each) =>
                    names.has(each),
                ),
            ).toEqual([]);
            expect(text).not.toMatch(/<[^>]* (src|href|on\w+)=/);
            expect(text).not.toMatch(/NaN|undefined|Infinity|\[object /);
        }),
        { numRuns: 150 },
    );
});

test("ticks are round times, and few", () => {
    expect([0, 900, 7_500, 60_000, 300_000, 720_000, 7_200_000].map(tickStep)).toEqual([
        1000, 1000, 1000, 10_000, 60_000, 120_000, 1_800_000,
    ]);
    fc.assert(
        fc.property(fc.nat({ max: 1e9 }), (total) => {
            expect(total / tickStep(total)).toBeLessThanOrEqual(8);
        }),
    );
});

/** Tags that are not closed in their order. */
function unbalanced(text: string): string[] {
    const open: string[] = [];
    const wrong: string[] = [];
    const body = text.replace(/<style>[^]*?<\/style>/, "").replace("<!doctype html>", "");
    for (const [, close, name = "", rest = ""] of body.matchAll(/<(\/?)([\w-]+)((?:[^>"]|"[^"]*")*)>/g)) {
        if (close === "/") {
            const last = open.pop();
            wrong.push(...(last === name ? [] : [`</${name}> after <${last ?? ""}>`]));
        } else if (name !== "meta" && !rest.endsWith("/")) {
            open.push(name);
        }
    }
    // A bracket that belongs to no tag would be one of a text's own.
    const stray = body.replace(/<\/?[\w-]+(?:[^<>"]|"[^"<]*")*>/g, "").match(/[<>]/g) ?? [];
    return [...wrong, ...open.map((name) => `<${name}>`), ...stray];
}
