import { foundBy } from "../../rehearsal/day/found";

/** As the engine says it, of a day in which six things were changed. */
const SAID = `
  … gone from the engine, and not by Pulumi (degixdaw-web-1): asking what is there
Refreshing (prod-rehearsal):

 ~  docker:index:Container degixdaw-web-1 refreshing (0s) 
 -  docker:index:Container degixdaw-web-1 deleted (0.28s) 
    pulumi:pulumi:Stack berth-prod-rehearsal  
Resources:
    - 1 deleted

Updating (prod-rehearsal):

@ updating....
 ~  cloudflare:index:DnsRecord api.example.com-a refreshing (0s) 
 ~  cloudflare:index:DnsRecord www.example.com-a refresh (0.03s) 
 ~  cloudflare:index:DnsRecord api.example.com-a refresh (0.04s) [diff: ~content]
 ~  docker:index:Container shop-web-1 refresh (1m2s) [diff: ~memory,memorySwap]
 ~  docker:index:Container shop-web-2 refresh (0.65s) [diff: +labels~mustRun-user]
 -  hcloud:index:ServerNetwork vps-private refresh (0.01s) 
 ~  hcloud:index:Firewall vps-firewall updating (0s) [diff: ~rules]
 ~  hcloud:index:Firewall vps-firewall updated (0.34s) [diff: ~rules]
 -- docker:index:Container shop-web-1 deleted original (0.23s) 
 +- docker:index:Container shop-web-1 replaced (0.00s) [diff: ~memory,memorySwap,name]
 +  docker:index:Container degixdaw-web-1 created (1s) 
`;

it("hears what was found by a look at what is there, and nothing of what was done about it", () => {
    const container = "docker:index:Container";
    expect(foundBy(SAID)).toEqual([
        { type: container, name: "degixdaw-web-1", properties: [] },
        { type: "cloudflare:index:DnsRecord", name: "api.example.com-a", properties: ["content"] },
        { type: container, name: "shop-web-1", properties: ["memory", "memorySwap"] },
        { type: container, name: "shop-web-2", properties: ["labels", "mustRun", "user"] },
        { type: "hcloud:index:ServerNetwork", name: "vps-private", properties: [] },
    ]);
    expect(foundBy("Resources:\n    200 unchanged\n")).toEqual([]);
});
