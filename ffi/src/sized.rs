//! Structs of the caller's that carry their size, so that later versions may add to them.

use crate::call::Failure;

/// A struct that begins with its size in bytes.
///
/// # Safety
///
/// The type is `repr(C)`, its first member is `size: usize`, and any bits are a value of it.
pub(crate) unsafe trait Measured {
    /// What it is called in messages.
    const NAME: &'static str;
}

/// The struct at a pointer; nothing for NULL.
///
/// # Safety
///
/// The pointer is NULL or points to a struct of the size that its first member says.
pub(crate) unsafe fn options<'a, T: Measured>(options: *const T) -> Result<Option<&'a T>, Failure> {
    if options.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller vouches for it.
    unsafe { all(options, 1).map(|all| all.first) }
}

/// Structs in a row, each as long as the first says it is.
pub(crate) struct Row<'a, T> {
    first: Option<&'a T>,
    stride: usize,
    count: usize,
}

/// The structs at a pointer.
///
/// # Safety
///
/// The pointer is NULL or points to `count` structs in a row, each of the size that the first member of
/// the first says, which nobody changes as long as `'a` lasts.
pub(crate) unsafe fn all<'a, T: Measured>(
    array: *const T,
    count: usize,
) -> Result<Row<'a, T>, Failure> {
    if count == 0 {
        return Ok(Row { first: None, stride: 0, count: 0 });
    }
    // SAFETY: passed on to the caller.
    let stride = unsafe { stride(array, count, T::NAME)? };
    // SAFETY: it is neither NULL nor misaligned, and has at least the size of the struct.
    Ok(Row { first: Some(unsafe { &*array }), stride, count })
}

/// How far structs in a row are apart, where they can be used.
///
/// # Safety
///
/// The pointer is NULL or points to a struct whose first member is a `size_t` that is set.
pub(crate) unsafe fn stride<T>(
    array: *const T,
    count: usize,
    name: &'static str,
) -> Result<usize, Failure> {
    if array.is_null() {
        return Err(Failure::argument(name, "is NULL"));
    }
    if !array.is_aligned() {
        return Err(Failure::argument(name, "is not aligned as the struct must be"));
    }
    // SAFETY: it is neither NULL nor misaligned, and the first member is a number, whatever its bits.
    let size = unsafe { array.cast::<usize>().read() };
    if size < size_of::<T>() || size % align_of::<T>() != 0 {
        let message = format!("has a size of {size} bytes; set it to sizeof the struct");
        return Err(Failure::argument(name, message));
    }
    let fits = size.checked_mul(count).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if !fits {
        return Err(Failure::argument(name, format!("cannot have {count} members")));
    }
    Ok(size)
}

impl<'a, T: Measured> Row<'a, T> {
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &'a T> + use<'a, T> {
        let Self { first, stride, count } = *self;
        let start = first.map_or(std::ptr::null(), std::ptr::from_ref).cast::<u8>();
        // SAFETY: the row has `count` structs, `stride` bytes apart, of at least the size of `T`, as
        // `all` was promised; the first one is aligned and the stride keeps it.
        (0..count).map(move |index| unsafe { &*start.add(index * stride).cast::<T>() })
    }
}
