import fs from "node:fs";
import path from "node:path";

const file = path.resolve(__dirname, "../../airgap/CONTRACT.md");
const row = /^\| ([A-Z]\d+) +\| (\S+) +\| (.+?) +\|$/gm;

/** One row of airgap/CONTRACT.md. */
export interface Clause {
    id: string;
    image: string;
    text: string;
}

/** The contract's rows. */
export const clauses: Clause[] = [...fs.readFileSync(file, "utf8").matchAll(row)].map(
    ([, id = "", image = "", text = ""]) => ({ id, image, text }),
);

/** Registers one check for each of an image's rows; a row without a check, and a check without a row, fail. */
export function checkContract(image: string, checks: Record<string, () => Promise<void>>): void {
    const rows = clauses.filter((clause) => clause.image === image);
    describe(image, () => {
        test("every row of the contract has a check", () => {
            expect(rows.length).toBeGreaterThan(0);
            expect(Object.keys(checks)).toEqual(rows.map(({ id }) => id));
        });
        for (const { id, text } of rows) {
            const check = checks[id];
            if (check !== undefined) {
                test(`${id}: ${text}`, check, 60_000);
            }
        }
    });
}
