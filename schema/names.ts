/** What keyboards and systems write for the dot inside names of minorities; GB 18030 and the identity card have the first. */
const DOTS = /[·•・･．‧∙⋅]/gu

/** A name as it is compared: without blanks around it, and with one dot, whichever it was written with. */
export const canonicalName = (text: string): string => text.trim().replace(DOTS, '·')
