import fc from "fast-check";
import { idOf, partsOf } from "../../../providers/fly/ids";

describe("ids", () => {
    it("come apart as they were put together, whatever the part", () => {
        const apps = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        fc.assert(
            fc.property(apps, fc.string({ minLength: 1 }), (app, part) => {
                expect(partsOf(idOf(app, part), "app/part")).toEqual({ app, part });
            }),
        );
        expect(partsOf("shop/*.example.com", "")).toEqual({ app: "shop", part: "*.example.com" });
    });

    it.each(["", "shop", "/vol_1", "shop/"])('are told from what is none: "%s"', (id) => {
        expect(() => partsOf(id, "my-app/vol_x")).toThrow(`"${id}" is no id: it has the form my-app/vol_x`);
    });
});
