import { homedir } from "node:os";
import { join } from "node:path";
import { foldersWrittenTo, heirOf, User } from "../../tools/handBack";
import { projectRoot } from "../../tools/setup/paths";

const ROOT: User = { uid: 0, gid: 0 };
const YOU: User = { uid: 1000, gid: 1001 };
const OTHER: User = { uid: 1002, gid: 1002 };

/** A machine's folders with whose they are; one that is not listed is whose the one above it is. */
function owners(folders: Readonly<Record<string, User>>): (path: string) => User {
    return (path) => folders[path] ?? owners(folders)(join(path, ".."));
}

const machine = owners({
    "/": ROOT,
    "/home/you": YOU,
    "/home/you/project/report": ROOT,
    "/home/you/.cache": ROOT,
    "/srv/others": OTHER,
    "/srv/others/cache": ROOT,
});

describe("what root has made", () => {
    test.each([
        ["a folder of yours, for what is in it", "/home/you/project", { heir: YOU, taken: [] }],
        [
            "one in a folder of yours",
            "/home/you/project/report",
            { heir: YOU, taken: ["/home/you/project/report"] },
        ],
        [
            "one in another that root has made, and the other",
            "/home/you/.cache/berth",
            { heir: YOU, taken: ["/home/you/.cache/berth", "/home/you/.cache"] },
        ],
        ["what is somebody else's", "/srv/others/cache", { heir: OTHER, taken: ["/srv/others/cache"] }],
        ["root's own cache, which nobody gets", "/root/.cache/berth", undefined],
        ["the root of everything, which nobody gets", "/", undefined],
    ])("%s", (_, path, expected) => {
        expect(heirOf(path, machine)).toEqual(expected);
    });
});

describe("the folders that are looked through", () => {
    const go = { builds: "/go/builds", modules: "/go/pkg/mod" };

    test("are the project, and where its tools keep things unless they are told", () => {
        const home = (...names: string[]) => join(homedir(), ...names);
        expect(foldersWrittenTo({}, go, YOU)).toEqual([
            projectRoot,
            home(".cache", "berth"),
            home(".npm"),
            home(".pulumi"),
            home(".docker"),
            home(".config", "go"),
            ...["/go/builds", "/go/pkg/mod", "/go/pkg/sumdb"],
        ]);
    });

    test("are those that the tools are told of", () => {
        const told = {
            BERTH_CACHE: "/disk/berth",
            npm_config_cache: "/disk/npm",
            PULUMI_HOME: "/disk/pulumi",
            DOCKER_CONFIG: "/disk/docker",
            XDG_CONFIG_HOME: "/disk/config",
        };
        expect(foldersWrittenTo(told, undefined, YOU)).toEqual([
            projectRoot,
            ...["/disk/berth", "/disk/npm", "/disk/pulumi", "/disk/docker", "/disk/config/go"],
        ]);
    });

    test("are not a project that is root's own", () => {
        expect(foldersWrittenTo({}, go, ROOT)).toEqual(foldersWrittenTo({}, go, YOU).slice(1));
    });
});
