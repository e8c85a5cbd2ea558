//! A TIFF image file directory, read where every length and offset may lie.

/// Byte order of a TIFF block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// "II".
    Little,
    /// "MM".
    Big,
}

impl ByteOrder {
    /// From the two letters at the start of `bytes`.
    pub(super) fn from_mark(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..2)? {
            b"II" => Some(Self::Little),
            b"MM" => Some(Self::Big),
            _ => None,
        }
    }

    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let raw = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }

    pub(super) fn i32(self, bytes: &[u8], at: usize) -> Option<i32> {
        self.u32(bytes, at).map(u32::cast_signed)
    }

    pub(super) fn offset(self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(self.u32(bytes, at)?).ok()
    }
}

/// TIFF field types that are read here.
pub(super) mod field_type {
    pub const SHORT: u16 = 3;
    pub const LONG: u16 = 4;
    pub const SLONG: u16 = 9;
    pub const SRATIONAL: u16 = 10;
}

/// One directory entry, its value not yet looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub tag: u16,
    pub field_type: u16,
    pub count: u32,
    /// Where the value, or the offset of a long value, stands in the block.
    pub value_at: usize,
}

/// The entries of the directory at `at`, as far as the block reaches. Reading follows no link, so that no cycle can
/// hold it.
pub(super) fn entries(
    block: &[u8],
    order: ByteOrder,
    at: usize,
) -> impl Iterator<Item = Entry> + '_ {
    const ENTRY_BYTES: usize = 12;
    let count = order.u16(block, at).unwrap_or(0);
    (0..usize::from(count)).map_while(move |index| {
        let entry = at.checked_add(2 + index * ENTRY_BYTES)?;
        Some(Entry {
            tag: order.u16(block, entry)?,
            field_type: order.u16(block, entry.checked_add(2)?)?,
            count: order.u32(block, entry.checked_add(4)?)?,
            value_at: entry.checked_add(8)?,
        })
    })
}
