import { Readable } from "node:stream";
import fc from "fast-check";
import { declaredBy, withDeclared } from "../../providers/engine/irreversible";
import { cutLine, framesOf, Lines, plainLine } from "../../providers/engine/jobOutput";

/** A frame of the engine's: 1 is standard output, 2 standard error. */
function frame(output: 1 | 2, content: string | Buffer): Buffer {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(8);
    header.writeUInt8(output, 0);
    header.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([header, bytes]);
}

async function lines(...chunks: Buffer[]): Promise<string[]> {
    const found: string[] = [];
    const all = new Lines();
    for await (const one of framesOf(Readable.from(chunks))) {
        found.push(...all.push(one));
    }
    return [...found, ...all.end()];
}

describe("the lines of a log", () => {
    it("come in order, whichever output they are of, and the last one without its end", async () => {
        expect(await lines(frame(1, "a\nb"), frame(2, "oh\n"), frame(1, "c\n\nd"))).toEqual([
            "a",
            "oh",
            "bc",
            "",
            "d",
        ]);
        expect(await lines()).toEqual([]);
        expect(await lines(frame(1, "a\n"))).toEqual(["a"]);
    });

    it("are the same however the engine and the network cut them", async () => {
        const texts = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")));
        await fc.assert(
            fc.asyncProperty(
                texts,
                fc.integer({ min: 1, max: 9 }),
                fc.integer({ min: 1, max: 9 }),
                async (all, by, at) => {
                    const sent = pieces(Buffer.from(all.map((text) => `${text}\n`).join("")), by);
                    const wire = Buffer.concat(sent.map((piece) => frame(1, piece)));
                    const wellFormed = all.map((text) => Buffer.from(text).toString());
                    expect(await lines(...pieces(wire, at))).toEqual(wellFormed);
                },
            ),
        );
    });

    it("are as a terminal would leave them", () => {
        expect(plainLine("\u001b[32mgreen\u001b[0m \u001b]8;;http://a\u0007link\u001b]8;;\u0007\r")).toBe(
            "green link",
        );
        expect(plainLine("10 %\r50 %\r100 %\r\r")).toBe("100 %");
    });

    it("are cut where nobody would read on, and kept within bounds until then", async () => {
        expect(cutLine("x".repeat(2000))).toBe("x".repeat(2000));
        expect(cutLine("x".repeat(2001))).toBe(`${"x".repeat(2000)} […]`);
        const [long, next] = await lines(
            ...Array.from({ length: 20 }, () => frame(1, "y".repeat(16_384))),
            frame(1, "\nnext\n"),
        );
        expect(long).toBe("y".repeat(65_536));
        expect(next).toBe("next");
    });
});

function pieces(whole: Buffer, length: number): Buffer[] {
    return Array.from({ length: Math.ceil(whole.length / length) }, (_, index) =>
        whole.subarray(index * length, (index + 1) * length),
    );
}

describe("what can't be undone", () => {
    it("is declared by the start of a line", () => {
        expect(declaredBy("web:2", "berth:irreversible  the column legacy is gone ")).toEqual([
            { image: "web:2", reason: "the column legacy is gone" },
        ]);
        expect(declaredBy("web:2", "berth:irreversible ")).toEqual([
            { image: "web:2", reason: "no reason was given" },
        ]);
        expect(declaredBy("web:2", "see berth:irreversible x")).toEqual([]);
        expect(declaredBy("web:2", "berth:irreversibly x")).toEqual([]);
    });

    it("is kept, each once, the oldest first", () => {
        const [a, b, c] = [
            { image: "web:1", reason: "x" },
            { image: "web:2", reason: "x" },
            { image: "web:2", reason: "y" },
        ];
        expect(withDeclared([a, b], [{ ...b }, c, { ...c }])).toEqual([a, b, c]);
        expect(withDeclared([], [])).toEqual([]);
    });
});
