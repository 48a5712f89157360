import { Load, underLoad } from "./load";
import { Act, check } from "./scene";
import { PACE, targetsOf, versionOf } from "./targets";
import { containersOf, imageOf, releaseImage } from "./versions";

/** A release of two apps at once, one behind the server's own ports and one behind the tunnel, under load. */
export const release: Act = {
    name: "release",
    title: "A release under load loses nothing",
    async play(scene) {
        const targets = await targetsOf(scene);
        const { stage } = scene;
        for (const target of targets) {
            const image = imageOf(stage, target);
            const next = await scene.step(
                `version 2 of ${target.system} ${target.app} is made and pushed`,
                () => stage.images.variant(image, { version: 2 }),
            );
            releaseImage(stage, next, [target]);
        }
        const loads = targets.map(({ load }) => new Load(stage, { ...load, ...PACE }));
        const apps = targets.map(({ system, app }) => `${system} ${app}`).join(" and ");
        const results = await underLoad(loads, async () => {
            await scene.command(`npm run up with version 2 of ${apps}`, "up");
        });
        await scene.step("the new versions answer", async () => {
            for (const target of targets) {
                const running = await containersOf(stage, imageOf(stage, target));
                check(running > 0, `${target.system} ${target.app} does not run version 2`);
            }
            for (const { load } of targets.filter((target) => target.load.isSample)) {
                const { body } = await stage.browser.get(load.origin);
                check(versionOf(body) === "2", `${load.origin} answers ${body}`);
            }
        });
        const all = results.flatMap(({ lostBy }) => Object.entries(lostBy));
        const tunnel = targets.findIndex(({ way }) => way === "tunnel");
        Object.assign(scene.figures, {
            requests: sum(results.map(({ requests }) => requests)),
            lost: sum(results.map(({ lost }) => lost)),
            "p95 ms": Math.max(...results.map(({ p95Ms }) => p95Ms)),
            ...(tunnel !== -1 && { "by the tunnel": results[tunnel]?.requests ?? 0 }),
        });
        check(all.length === 0, `lost: ${all.map(([kind, count]) => `${count} × ${kind}`).join(", ")}`);
    },
};

function sum(numbers: readonly number[]): number {
    return numbers.reduce((all, each) => all + each, 0);
}
