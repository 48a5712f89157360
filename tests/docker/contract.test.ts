import fs from "node:fs";
import path from "node:path";
import { clauses } from "../support/contract";
import { standIns } from "../../tools/setup/standIns";

test("the contract speaks of every image that has a stand-in, and of no other", () => {
    const images = [...new Set(clauses.map(({ image }) => image))];
    expect(images.sort()).toEqual(standIns.map(({ reference }) => reference).sort());
});

test("every image of the contract has a file of checks", () => {
    const checks = fs
        .readdirSync(__dirname)
        .map((name) => path.join(__dirname, name))
        .filter((file) => file.endsWith("Contract.test.ts"))
        .map((file) => /^const image = "(.+)";$/m.exec(fs.readFileSync(file, "utf8"))?.[1]);
    expect(checks.sort()).toEqual(standIns.map(({ reference }) => reference).sort());
});
