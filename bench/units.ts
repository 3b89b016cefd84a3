export const MIB: number = 2 ** 20;
export const GIB: number = 2 ** 30;
