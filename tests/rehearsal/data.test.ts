import { checkRows } from "../../rehearsal/day/data";
import { Scene } from "../../rehearsal/day/scene";
import { Stage } from "../../rehearsal/stage/stage";

const STARTING = "FATAL:  the database system is starting up";

/** A server with one database, and what its commands answer in turn: an error fails, anything else is the words in it. */
function sceneOf(...answers: (Error | string)[]): { scene: Scene; left: readonly unknown[] } {
    const onServer = (command: string): Promise<string> => {
        if (command.startsWith("docker ps")) {
            return Promise.resolve("shop-postgres\n");
        }
        if (command.includes("pg_database")) {
            return Promise.resolve("shop\n");
        }
        const answer = answers.shift() ?? new Error("asked once too often");
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    const stage = { onServer } as unknown as Stage;
    return { scene: new Scene(stage, "reboot", () => undefined), left: answers };
}

describe("the rows in the databases", () => {
    it("are asked for again while a database starts: an app may answer before it", async () => {
        const { scene, left } = sceneOf(new Error(STARTING), new Error(STARTING), "lost-server\nzero\n");
        expect(await checkRows(scene, "zero", "lost-server")).toBe(1);
        expect(left).toEqual([]);
    });

    it("are lost when a database that answers has not got them", async () => {
        const { scene, left } = sceneOf("zero\n", "lost-server\nzero\n");
        await expect(checkRows(scene, "zero", "lost-server")).rejects.toThrow(
            "shop-postgres shop has lost lost-server",
        );
        // No second look.
        expect(left).toHaveLength(1);
    });
});
