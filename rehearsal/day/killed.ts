import { checkRows } from "./data";
import { askAll, publicApps } from "./outputs";
import { Act, check, eventually, Scene } from "./scene";

const BACK_SECONDS = 60;

/** Processes die, as they do when memory runs out: an app's, a database's, the router's. */
export const killed: Act = {
    name: "killed",
    title: "Killed processes come back by themselves",
    async play(scene) {
        const apps = await publicApps(scene);
        const app = apps.find(({ system }) => scene.stage.settings[`${system}:platform`] !== "fly");
        check(app !== undefined, "the server has no app");
        const parts = [`${app.system}-${app.app}`, "-postgres", "-router-"];
        let killed = 0;
        for (const part of parts) {
            const container = await find(scene, part);
            await scene.step(`${container} is killed, and everything answers again`, async () => {
                await kill(scene, container);
                killed += 1;
                await eventually(BACK_SECONDS, () => askAll(scene.stage.browser, apps));
            });
        }
        scene.figures.killed = killed;
        await scene.step("every row is there", () => checkRows(scene, "zero"));
    },
};

async function find({ stage }: Scene, part: string): Promise<string> {
    const names = await stage.onServer(`docker ps --filter label=berth.stack --format '{{.Names}}'`);
    const found = names.split("\n").find((name) => name.includes(part));
    check(found !== undefined, `no container is named ${part}`);
    return found;
}

/** The process, not the container: what Docker itself is told to kill it does not start again. */
async function kill({ stage }: Scene, container: string): Promise<void> {
    const restarts = `docker inspect --format '{{.RestartCount}} {{.State.Pid}}' ${container}`;
    const [before = "", pid = ""] = (await stage.onServer(restarts)).trim().split(" ");
    await stage.onServer(`sudo kill -KILL ${pid}`);
    await eventually(BACK_SECONDS, async () => {
        const [after = ""] = (await stage.onServer(restarts)).trim().split(" ");
        check(Number(after) > Number(before), `${container} was not started again`);
    });
}
