// Imports `with { type: 'file' }` give the file's path, in the binary or on disk.
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
// Imports `with { type: 'text' }` give the file's contents.
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
