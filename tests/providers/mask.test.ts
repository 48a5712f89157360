import fc from "fast-check";
import { maskFor } from "../../providers/server/mask";

const mask = (secrets: string[], text: string) => maskFor(secrets)(text);

describe("a mask", () => {
    it("hides secrets wherever they stand", () => {
        expect(mask(["hush", "quiet"], "hush: password=hush, quiet!hushhush")).toBe(
            "[secret]: password=[secret], [secret]![secret][secret]",
        );
        expect(mask([], "hush")).toBe("hush");
    });

    it("leaves what is too short or too plain to be told apart from other words, as Pulumi's own filter does", () => {
        expect(mask(["", "ab", "true", "False"], "ab true False")).toBe("ab true False");
        expect(mask(["abc"], "abc")).toBe("[secret]");
    });

    it("leaves no end of a longer secret behind a shorter one", () => {
        expect(mask(["pass", "password1"], "password1 pass")).toBe("[secret] [secret]");
        expect(mask(["abcd", "cdefgh"], "abcdefgh")).toBe("[secret]");
        expect(mask(["aaa"], "baaaab")).toBe("b[secret]b");
    });

    it("hides the lines of a secret that has several, but not those that stand anywhere", () => {
        const key = "-----BEGIN KEY-----\r\n  bGluZSBvbmU=\n}\n-----END KEY-----\n";
        expect(mask([key], "read bGluZSBvbmU= and }")).toBe("read [secret] and }");
        expect(mask([key], `key:\n${key}!`)).toBe("key:\n[secret]!");
    });

    it("hides a secret that lost its last line feed", () => {
        expect(mask(["hush\n"], "password=hush")).toBe("password=[secret]");
    });

    it.each([
        ["postgres://shop:p%40ss%2Fword@db:5432/shop", ["p%40ss%2Fword", "p@ss/word"]],
        ["redis://:hush-hush@cache:6379", ["hush-hush"]],
        ["amqps://u:a@b@c:5671/%2f", ["a@b"]],
        ["mongodb://u:100%25@db/?x=1", ["100%25", "100%"]],
        ["mysql://u:50%@db/shop", ["50%"]],
        ["DATABASE_URL=postgres://a:first1@db/x\nCACHE_URL=redis://:second2@c", ["first1", "second2"]],
    ])("hides the password in %j", (url, passwords) => {
        for (const password of passwords) {
            expect(mask([url], `no entry with ${password}.`)).toBe("no entry with [secret].");
        }
        expect(mask([url], "shop at db:5432")).toBe("shop at db:5432");
    });

    it("hides what JSON and URLs make of a secret", () => {
        const secret = 'say "hush"\n& go';
        expect(mask([secret], JSON.stringify({ secret }))).toBe('{"secret":"[secret]"}');
        expect(mask([secret], `/?q=${encodeURIComponent(secret)}`)).toBe("/?q=[secret]");
        expect(mask(["half a pair \ud83d"], "half a pair \ud83d")).toBe("[secret]");
    });

    it("leaves no secret, and nothing but secrets out, whatever they are", () => {
        const secrets = fc.array(fc.string({ minLength: 3, maxLength: 12, unit: "grapheme" }), {
            maxLength: 5,
        });
        const plain = fc.array(fc.stringMatching(/^[ -~]{0,8}$/), { maxLength: 6 });
        fc.assert(
            fc.property(secrets, plain, (hidden, words) => {
                const text = words.flatMap((word, index) => [word, hidden[index] ?? ""]).join("\u0000");
                const masked = mask(hidden, text);
                const rest = masked.split("[secret]");
                for (const each of hidden.filter((one) => !/^(true|false)$/i.test(one))) {
                    expect(rest.filter((part) => part.includes(each))).toEqual([]);
                }
                // What is left stands in the text, in this order.
                let at = 0;
                for (const part of rest) {
                    at = text.indexOf(part, at);
                    expect(at).toBeGreaterThanOrEqual(0);
                    at += part.length;
                }
            }),
        );
    });
});
