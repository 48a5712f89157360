import { checkIdentifier, checkName } from "../../lib/names";

describe("a name", () => {
    it.each(["web", "connected-repo", "l2p", "a1-b2"])("%s is one", (name) => {
        expect(checkName("name", name)).toEqual([]);
    });

    it.each(["", "Web", "1web", "web-", "a--b", "a_b", "a.b", "../etc", "a".repeat(33)])(
        "%j is none",
        (name) => {
            expect(checkName("name", name)).toHaveLength(1);
        },
    );
});

describe("a database identifier", () => {
    it.each(["auth", "video_vault", "_x1"])("%s is one", (name) => {
        expect(checkIdentifier("database", name)).toEqual([]);
    });

    it.each(["", "Auth", "1a", "a-b", 'a"; DROP', "a".repeat(64)])("%j is none", (name) => {
        expect(checkIdentifier("database", name)).toHaveLength(1);
    });
});
