import { allocate, Mutex, mutexLock, mutexUnlock, read, type Step, scenario, struct, write } from "refzero";

const Account = struct("account", { lock: Mutex, balance: "plain" });
const { lock, balance } = Account.at;

function* deposit(account: number): Step<void> {
  yield* mutexLock(account + lock);
  yield* write(account + balance, (yield* read(account + balance)) + 10);
  yield* mutexUnlock(account + lock);
}

function* withdraw(account: number): Step<void> {
  yield* write(account + balance, (yield* read(account + balance)) - 10);
}

export default scenario({
  name: "mine/forgotten-lock",
  claim: "the balance is touched under its lock only",
  source: "README",
  params: {},
  expect: "violated",
  mutants: {},
  modes: ["batch"],
  worldWords: () => 64,
  setup: function* (heap) {
    return yield* allocate(heap, Account);
  },
  tasks: () => [
    { name: "deposit", run: deposit },
    { name: "withdraw", run: withdraw },
  ],
  *check() {},
});
