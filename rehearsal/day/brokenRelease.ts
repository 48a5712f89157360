import { LAST_WORDS } from "../stage/sampleImage";
import { Load, underLoad } from "./load";
import { Act, check } from "./scene";
import { targetsOf } from "./targets";
import { containersOf, imageOf, releaseImage } from "./versions";

/** An image that ends as soon as it starts: the update fails, and nobody outside sees anything of it. */
export const brokenRelease: Act = {
    name: "broken-release",
    title: "A broken release harms nobody",
    async play(scene) {
        const { stage } = scene;
        const [app] = await targetsOf(scene);
        const good = imageOf(stage, app);
        const broken = await stage.images.variant(good, { version: 3, broken: true });
        const [result] = await underLoad([new Load(stage, { ...app.load, ...PACE })], async () => {
            await scene.step(
                `npm run up with a broken ${app.system} ${app.app} fails, and says why`,
                async () => {
                    releaseImage(stage, broken, [app]);
                    const { code, output } = await scene.run("up");
                    check(code !== 0, "it succeeded");
                    check(output.includes(LAST_WORDS), `it does not tell the app's last words:\n${output}`);
                },
            );
            releaseImage(stage, good, [app]);
            await scene.command("npm run up with the image before is clean", "up");
        });
        const { requests = 0, lost = 0 } = result ?? {};
        Object.assign(scene.figures, { requests, lost });
        check(lost === 0, `${lost} of ${requests} were lost meanwhile`);
        await scene.step("nothing of it is left", async () => {
            const left = await containersOf(stage, broken);
            check(left === 0, `${left} containers of it are left`);
        });
    },
};

const PACE = { perSecond: 10, mostSeconds: 480 };
