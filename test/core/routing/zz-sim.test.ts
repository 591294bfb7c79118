import { it } from "vitest";
import { simulate } from "./simulator.ts";
it("prints", () => {
  const region = (id: string, q: number, b = q) => ({ id, perMinute: q, burst: b });
  for (const [name, quotas, burst] of [["uneq",[100,80,60,60],0.17],["uneq2", [100,100,40,30],0.17],["equal.17", [100,100,100,100],0.17]] as const)
  for (const duty of [1, 0.5])
  for (const wait of [0, 5000]) {
    const vendors = quotas.map((q, i) => region("d"+i, q, Math.max(1,q*burst)));
    const t = { conversationsPerMinute: 25, turns: 10, pauseMs: 20_000, dutyShare: duty, minutes: 33, waitMs: wait };
    for (const [s, v] of [["adaptive", vendors], ["simple-shuffle", vendors], ["simple-shuffle", vendors.slice(0,1)]] as const) {
      if (v.length==1 && wait >0) continue;
      const c = simulate(v, t, s);
      console.log(name, burst, "duty", duty, "wait", wait, s, v.length, "calls", c.calls, "refused", c.callerRefused, (100*c.callerRefused/c.calls).toFixed(3)+"%", "v429", c.vendorRefused, "hit", (c.cacheHits/c.furtherTurns).toFixed(3), [...c.accepted.values()].join(","));
    }
  }
}, 100000);
