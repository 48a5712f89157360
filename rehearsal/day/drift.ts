import { changesOf } from "./changes";
import { Found, foundBy } from "./found";
import { askAll, publicApps } from "./outputs";
import { Act, check, Scene } from "./scene";

/** Somebody helps by hand. One documented command finds it all, and puts it back. */
export const drift: Act = {
    name: "drift",
    title: "What was changed by hand is found and repaired",
    async play(scene) {
        const all = await containers(scene);
        const touched = all.filter(isOfAnApp).slice(0, 3);
        const changes = await changesOf(scene, touched);
        for (const { what, make, isRight } of changes) {
            await scene.step(`by hand: ${what}`, async () => {
                await make();
                const wrong = await isRight().then(
                    () => false,
                    () => true,
                );
                check(wrong, "nothing was changed by it");
            });
        }
        const { output } = await scene.command("npm run up -- --refresh", "up", "--refresh");
        const found = foundBy(output);
        Object.assign(scene.figures, { changed: changes.length, found: 0, repaired: 0 });
        for (const { what, isIt, isRight } of changes) {
            await scene.step(`found and repaired: ${what}`, async () => {
                check(found.some(isIt), `the command says nothing of it, but of ${namesOf(found)}`);
                scene.figures.found = Number(scene.figures.found) + 1;
                await isRight();
                scene.figures.repaired = Number(scene.figures.repaired) + 1;
            });
        }
        await scene.step("what nobody has changed goes on, and every app answers", async () => {
            const left = await containers(scene);
            const gone = all.filter((name) => !touched.includes(name) && !left.includes(name));
            check(gone.length === 0, `it took away ${gone.join(", ")}`);
            await askAll(scene.stage.browser, await publicApps(scene));
        });
    },
};

/** Names of the program's containers that run. */
async function containers({ stage }: Scene): Promise<string[]> {
    const list = "docker ps --filter label=berth.stack --format '{{.Names}}' | sort";
    return (await stage.onServer(list)).trim().split("\n");
}

/** Of servers for data names are fixed, and a stop of them is another act's. */
function isOfAnApp(container: string): boolean {
    return /-\d+-[0-9a-f]{7}$/.test(container) && !container.includes("tunnel-connector");
}

function namesOf(found: readonly Found[]): string {
    return found.map(({ name, properties }) => `${name} (${properties.join(", ") || "gone"})`).join(", ");
}
