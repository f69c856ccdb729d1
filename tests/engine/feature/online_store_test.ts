import { memoryCache, memoryOnlineStore } from "engine";
import { cacheContract, onlineStoreContract } from "engine/testing";

onlineStoreContract("memory", () => Promise.resolve(memoryOnlineStore()));

cacheContract("memory", () => {
  let now = 0;
  return Promise.resolve({
    cache: memoryCache(() => now),
    pass: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  });
});
