/** Prints what happens, a line at a time, or nothing where only the result is asked for. */
export interface Story {
  tell(line: string): void;
}

export function createStory(silent: boolean): Story {
  let step = 0;
  return {
    tell(line) {
      step += 1;
      if (!silent) console.log(`${String(step).padStart(2)}. ${line}`);
    },
  };
}
