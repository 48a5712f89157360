import { Linter } from "eslint";
import { layerRules } from "../tools/layers.cjs";

/** The imports that the rule for layers refuses in a file at that path. */
function refused(file: string, imports: string[]): (string | undefined)[] {
    const code = imports.map((each) => `import "${each}";`).join("\n");
    return new Linter().verify(code, layerRules, { filename: file }).map(({ line }) => imports[line - 1]);
}

describe("the layers", () => {
    it.each([
        [
            "lib/x.ts",
            ["./names", "node:crypto"],
            ["../components/platform", "../systems", "../providers/sdk"],
        ],
        [
            "providers/engine/x.ts",
            ["./exec", "../../lib/names"],
            ["../../components/platform", "../../stacks/dev"],
        ],
        ["providers/sdk/x.ts", ["./route", "../../lib/routes"], ["../engine/exec", "../resources/route"]],
        [
            "components/docker/x.ts",
            ["../platform", "../../providers/sdk"],
            ["../../systems/system", "../../stacks/dev"],
        ],
        ["components/x.ts", ["../providers/sdk"], ["../providers/main"]],
        [
            "systems/x.ts",
            ["./system", "../components/platform"],
            ["../components/docker/app", "../providers/sdk", "../stacks/dev"],
        ],
        [
            "stacks/x.ts",
            ["../systems", "../components/docker/platform"],
            ["../providers/sdk", "../tests/support/graph"],
        ],
    ])("%s", (file, allowed, forbidden) => {
        expect(refused(file, [...allowed, ...forbidden])).toEqual(forbidden);
    });
});
