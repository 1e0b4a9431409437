import { Countersign } from "matrix-countersign";
import { indexedDbStore } from "matrix-countersign/store";
import { clientOf, type OwnerTabNews, type OwnerTabTask } from "./owner-tab.js";
import { stampAlgorithm } from "./stamp-algorithm.js";

const tell = (news: OwnerTabNews): void => postMessage(news);
const forEver = (): Promise<never> => {
  tell({ stays: true });
  return new Promise(() => undefined);
};

/** A tab of an owner that tries once what waits in the outbox. */
addEventListener("message", async ({ data: { owner, database, stay } }: MessageEvent<OwnerTabTask>) => {
  const send: typeof fetch = async (input, init) => {
    const isHere = stay !== undefined && init?.method === stay.method;
    if (isHere && stay.moment === "before") await forEver();
    tell({ request: `${init?.method} ${String(input)}` });
    const response = await fetch(input, init);
    return isHere ? forEver() : response;
  };
  const countersign = await Countersign.create(clientOf(owner), {
    algorithms: [stampAlgorithm({ hashes: true })],
    store: indexedDbStore(database),
    outbox: "manual",
    http: { fetch: send },
  });
  const results = await countersign.resume();
  tell({ receipts: results.filter(({ receipt }) => receipt).length });
});
