import { readFileSync } from "node:fs";
import { join } from "node:path";
import { flyPackage } from "../../providers/fly/schema";
import { readSettings } from "../../stacks/settings";
import { SYSTEMS } from "../../systems";
import { rawConfig, stackFile } from "../support/config";
import { rawProd } from "../support/prod";

const text = readFileSync(join(__dirname, "..", "..", "docs", "settings.md"), "utf8");

/** Every key that a stack reads in a namespace: an unknown one is answered with all that are known. */
function keysOf(namespace: string): string[] {
    const unknown = { [`${namespace}:noSuchKey`]: "x" };
    const stacks = [
        rawConfig("dev", { ...stackFile("Pulumi.dev.yaml"), ...unknown }),
        rawProd("prod", unknown),
    ];
    return stacks.flatMap((raw) => {
        try {
            readSettings(raw);
        } catch (error) {
            const [, keys = ""] = /noSuchKey: is unknown: one of (.*)$/m.exec(String(error)) ?? [];
            return keys.split(", ");
        }
        throw new Error(`an unknown key of ${namespace} passed`);
    });
}

describe("docs/settings.md", () => {
    it("has every key of the stacks themselves", () => {
        const missing = keysOf("berth").filter((key) => !text.includes(`\`${key}\``));
        expect(missing).toEqual([]);
    });

    it("has every key that systems have in common, and leaves their own to their files", () => {
        for (const { name, secrets, values } of SYSTEMS) {
            const own = [...Object.keys(secrets), ...Object.keys(values)];
            const keys = keysOf(name)
                .map((key) => key.slice(name.length + 1))
                .filter((key) => !own.includes(key));
            expect(keys.filter((key) => !text.includes(`:${key}\``))).toEqual([]);
        }
    });

    it("has every setting of the provider fly", () => {
        const keys = Object.keys(flyPackage.config).map((name) => `fly:${name}`);
        expect(keys.filter((key) => !new RegExp(`^\\| \`${key}\``, "m").test(text))).toEqual([]);
        expect(keys).toContain("fly:token");
    });

    it("has no key of the stacks that nobody reads", () => {
        const named = new Set([...text.matchAll(/^\| `(berth:\w+)`/gm)].map(([, key]) => key));
        expect([...named].filter((key) => !keysOf("berth").includes(key ?? ""))).toEqual([]);
    });
});
