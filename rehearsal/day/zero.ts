import { publicApps } from "./outputs";
import { writeRows } from "./data";
import { Act, check } from "./scene";

/** From nothing to serving: what a new team's first `npm run up` does. */
export const zero: Act = {
    name: "zero",
    title: "From nothing to serving",
    async play(scene) {
        const { output, ms } = await scene.command("npm run up", "up");
        const [, resources = "0"] = /\+ (\d+) created/.exec(output) ?? [];
        check(Number(resources) > 0, "nothing was created");
        const apps = await publicApps(scene);
        const containers = await scene.stage.onServer("docker ps --format '{{.Names}}' | wc -l");
        const databases = await scene.step("a row in every database", () => writeRows(scene, "zero"));
        Object.assign(scene.figures, {
            "serving s": Math.round(ms / 1000),
            resources: Number(resources),
            apps: apps.length,
            containers: Number(containers),
            databases,
        });
    },
};
