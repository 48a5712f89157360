import { Recorded } from "../../tools/state";
import { askAll, publicApps } from "./outputs";
import { Act, check, NotForThisStack, Scene } from "./scene";

/** What holds data refuses to go, until somebody says so in writing. */
export const protection: Act = {
    name: "protection",
    title: "Protection refuses a destroy, until it is lifted",
    async play(scene) {
        const { stage } = scene;
        if (["false", false].includes(stage.settings["berth:protect"] as string | boolean)) {
            throw new NotForThisStack("its settings ask for no protection");
        }
        const before = await resources(scene);
        for (const options of [[], ["--volumes"]]) {
            const command = ["npm run down", ...options].join(" -- ");
            await scene.step(`${command} is refused, and says the way`, async () => {
                const { code, output } = await scene.run("down", ...options);
                check(code !== 0, "it took the stack down");
                check(output.includes("berth:protect false"), `it does not say how:\n${output}`);
            });
        }
        await scene.step("so is a plain pulumi destroy", async () => {
            const { code, output } = await stage.pulumi(scene.name, "destroy", "--yes");
            check(code !== 0, "it took the stack down");
            check(output.includes("protect"), `it was something else that stopped it:\n${output}`);
        });
        await scene.step("nothing has changed, and every app answers", async () => {
            check((await resources(scene)) === before, "the state is another one");
            await askAll(stage.browser, await publicApps(scene));
        });
        await scene.step("pulumi config set berth:protect false", () =>
            scene.pulumi("config", "set", "berth:protect", "false"),
        );
        await scene.command("npm run up lifts it", "up");
    },
};

/** What the state knows, a line each. Secrets are encrypted anew each time that it is written. */
async function resources(scene: Scene): Promise<string> {
    const { stdout } = await scene.pulumi("stack", "export");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: Recorded[] } };
    return (deployment.resources ?? []).map(({ urn, id = "" }) => `${urn} ${id}`).join("\n");
}
