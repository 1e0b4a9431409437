import { type Browser, launch } from "puppeteer-core";
import { ensureSystemTools } from "../../scripts/tools.mjs";

/** Firefox without a window, driven over WebDriver BiDi, with a profile of its own that is gone when it is closed. */
export async function launchFirefox(): Promise<Browser> {
  const { firefox } = await ensureSystemTools();
  return launch({ browser: "firefox", executablePath: firefox, headless: true });
}
