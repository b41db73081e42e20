/** Forms of callbacks in detail: how they are decoded, how many fields they may have, and in which encodings. */
import { describe, expect, it } from "vitest";
import { readForm, textOfForm } from "../../../../shared/channels/alipay/form.ts";

const read = (text: string) => readForm(Buffer.from(text));
const texts = (text: string) => {
  const form = read(text);
  return form && textOfForm(form);
};

describe("a form", () => {
  it.each(["a=%1g", "a=%g1", "a=%1", "a=%", "%=1", "%zz=1", "%=%"])(
    "is none with half a byte: %s",
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );

  it("has at most a hundred fields", () => {
    const fields = (count: number) => Array.from({ length: count }, (_, number) => `n${number}=x`).join("&");
    expect(read(fields(100))?.size).toBe(100);
    expect(read(fields(101))).toBeUndefined();
  });

  it("keeps bytes until their encoding is known", () => {
    expect(read("a=%e4%B8%ad+x")).toEqual(new Map([["a", "\u00e4\u00b8\u00ad x"]]));
  });
});

describe("the text of a form", () => {
  it.each([
    ["utf-8", "%E4%B8%AD"],
    ["UTF-8", "%E4%B8%AD"],
    ["utf8", "%E4%B8%AD"],
    ["gbk", "%D6%D0"],
    ["GBK", "%D6%D0"],
    ["gb2312", "%D6%D0"],
    ["gb18030", "%D6%D0"],
  ])("is read in %s", (charset, bytes) => {
    expect(texts(`charset=${charset}&a=${bytes}`)?.get("a")).toBe("中");
  });

  it("is UTF-8 where nothing is said, and nothing in another encoding", () => {
    expect(texts("a=%E4%B8%AD")?.get("a")).toBe("中");
    for (const charset of ["utf-7", "latin1", ""]) expect(texts(`charset=${charset}&a=x`)).toBeUndefined();
  });

  it("is none of bytes that are no text, and keeps a byte order mark", () => {
    expect(texts("a=%FF")).toBeUndefined();
    expect(texts("charset=gbk&a=%FF")).toBeUndefined();
    expect(texts("a=%EF%BB%BFx")?.get("a")).toBe("\ufeffx");
  });
});
