// The icons of the screens. An icon never stands without words that say the same.
const paths = {
  search: "M11 4a7 7 0 1 0 4.2 12.6L20 21.4 21.4 20l-4.8-4.8A7 7 0 0 0 11 4zm0 2a5 5 0 1 1 0 10 5 5 0 0 1 0-10z",
  close: "M6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z",
  down: "m6.4 8.6-1.4 1.4 7 7 7-7-1.4-1.4-5.6 5.6z",
  left: "m15.4 5-1.4-1.4L5.6 12l8.4 8.4 1.4-1.4-7-7z",
  right: "m8.6 5 1.4-1.4 8.4 8.4-8.4 8.4L8.6 19l7-7z",
  first: "M6 4h2v16H6zm12.4 1L17 3.6 8.6 12l8.4 8.4 1.4-1.4-7-7z",
  last: "M16 4h2v16h-2zM5.6 5 7 3.6l8.4 8.4L7 20.4 5.6 19l7-7z",
  filter: "M3 5h18v2H3zm3 6h12v2H6zm4 6h4v2h-4z",
  user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm0 10c-4 0-8 2-8 5v1h16v-1c0-3-4-5-8-5z",
  file: "M6 2h8l5 5v15H5V3a1 1 0 0 1 1-1zm7 2H7v16h10V8h-4z",
  download: "M11 3h2v9.2l3.3-3.3 1.4 1.4L12 16l-5.7-5.7 1.4-1.4 3.3 3.3zM4 18h16v2H4z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  info: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1 5h2v2h-2zm0 4h2v6h-2z",
  alert: "M12 2 1 21h22zm-1 7h2v6h-2zm0 7h2v2h-2z",
  check: "m9 16.2-4.2-4.2-1.4 1.4L9 19 21 7l-1.4-1.4z",
  up: "m12 6-7 7 1.4 1.4 4.6-4.6V20h2V9.8l4.6 4.6L19 13z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
