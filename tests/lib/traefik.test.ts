import fc from "fast-check";
import { parse } from "yaml";
import { renderRouteFile, renderRule, RoutedApp } from "../../lib/traefik";

const app: RoutedApp = {
    name: "shop-ws",
    routes: [{ host: "shop.example", pathPrefix: "/ws" }, { host: "www.shop.example" }],
    servers: ["http://a:3000", "http://b:3000"],
    healthCheck: { path: "/healthz", intervalSeconds: 10, timeoutSeconds: 5 },
    dialTimeoutMs: 1500,
};

describe("a route file", () => {
    it("holds routers, one load balancer with all servers, a health check and a dial timeout", () => {
        const { content, service } = renderRouteFile(app);
        expect(parse(content)).toEqual({
            http: {
                routers: {
                    "shop-ws": {
                        rule: "Host(`shop.example`) && (Path(`/ws`) || PathPrefix(`/ws/`))",
                        priority: 4,
                        entryPoints: ["web"],
                        service,
                    },
                    "shop-ws-2": {
                        rule: "Host(`www.shop.example`)",
                        priority: 1,
                        entryPoints: ["web"],
                        service,
                    },
                },
                services: {
                    [service]: {
                        loadBalancer: {
                            servers: [{ url: "http://a:3000" }, { url: "http://b:3000" }],
                            serversTransport: "shop-ws-transport",
                            healthCheck: { path: "/healthz", interval: "10s", timeout: "5s" },
                        },
                    },
                },
                serversTransports: { "shop-ws-transport": { forwardingTimeouts: { dialTimeout: "1500ms" } } },
            },
        });
    });

    it("names its load balancer after its content: the same app the same, any change another", () => {
        expect(renderRouteFile({ ...app }).service).toBe(renderRouteFile(app).service);
        const others = [
            { ...app, servers: ["http://a:3000"] },
            { ...app, routes: [{ host: "shop.example" }] },
            { ...app, dialTimeoutMs: 1000 },
            { ...app, healthCheck: undefined },
        ].map((each) => renderRouteFile(each).service);
        expect(new Set([...others, renderRouteFile(app).service]).size).toBe(5);
    });

    it("gives the longer prefix of a host the higher priority", () => {
        fc.assert(
            fc.property(
                fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 }),
                (segments) => {
                    const shorter = segments.slice(0, -1);
                    const prefixOf = (each: string[]) =>
                        each.length === 0 ? undefined : `/${each.join("/")}`;
                    const { content } = renderRouteFile({
                        ...app,
                        routes: [shorter, segments].map((each) => ({
                            host: "a.example",
                            pathPrefix: prefixOf(each),
                        })),
                    });
                    const { routers } = (
                        parse(content) as { http: { routers: Record<string, { priority: number }> } }
                    ).http;
                    expect(routers["shop-ws-2"]?.priority).toBeGreaterThan(
                        routers["shop-ws"]?.priority ?? Infinity,
                    );
                },
            ),
        );
    });

    it("passes no value through as a template", () => {
        fc.assert(
            fc.property(fc.string(), (text) => {
                const { content } = renderRouteFile({
                    ...app,
                    servers: [`http://{{ env "SECRET" }}${text}:1`],
                });
                // What is left of every brace pair is Go's own way to print one.
                expect(content.replaceAll('{{"{{"}}', "")).not.toContain("{{");
            }),
        );
    });
});

describe("a rule", () => {
    it.each([
        [{ host: "a.example" }, "Host(`a.example`)"],
        [
            { host: "a.example", pathPrefix: "/ws" },
            "Host(`a.example`) && (Path(`/ws`) || PathPrefix(`/ws/`))",
        ],
    ])("%j", (route, rule) => {
        expect(renderRule(route)).toBe(rule);
    });
});
