/** This grammar names a picture by its format where others name its media type. */
const IMAGES: Record<string, string> = {
  png: "image/png",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

const DOCUMENTS: Record<string, string> = {
  pdf: "application/pdf",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  html: "text/html",
  txt: "text/plain",
  md: "text/markdown",
};

export type MediaFormats = Record<string, string>;

export const FORMATS = { image: IMAGES, document: DOCUMENTS } satisfies Record<
  string,
  MediaFormats
>;

/** `image/png` → `png`; undefined when Bedrock takes no such file. */
export function formatOf(mediaType: string, formats: MediaFormats): string | undefined {
  const plain = mediaType === "image/jpg" ? "image/jpeg" : mediaType;
  return Object.keys(formats).find((format) => formats[format] === plain);
}
