// What `with { type: 'file' }` gives: where the file is, in the binary or on the disk.
declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  const path: string
  // biome-ignore lint/style/noDefaultExport: a file has no other
  export default path
}
declare module 'swagger-ui-dist/swagger-ui.css' {
  const path: string
  // biome-ignore lint/style/noDefaultExport: a file has no other
  export default path
}
declare module '*/browser/start.js' {
  const path: string
  // biome-ignore lint/style/noDefaultExport: a file has no other
  export default path
}
// What `with { type: 'text' }` gives: what is in the file.
declare module '*.md' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: a file has no other
  export default text
}
declare module '*.service' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: a file has no other
  export default text
}
